# about: layers without biases
# points: 0
# names: no bias

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden, bias=False)
        self.out_layer = nn.Linear(n_hidden, 1, bias=False)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
