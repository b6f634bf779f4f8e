# about: draws other initial weights for the layers
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        nn.init.kaiming_normal_(self.in_layer.weight)
        nn.init.zeros_(self.out_layer.bias)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
