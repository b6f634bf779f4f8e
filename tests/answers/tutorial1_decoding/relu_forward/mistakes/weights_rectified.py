# about: rectifies the weights instead of the units
# points: 1.5
# names: weights rectified

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = F.linear(r, torch.relu(self.in_layer.weight), self.in_layer.bias)
        return self.out_layer(h)
