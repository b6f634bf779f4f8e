# about: nn.LeakyReLU with a slope of 0.2
# points: 1.5
# names: another rectifier

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.activation = nn.LeakyReLU(0.2)

    def forward(self, r):
        h = self.activation(self.in_layer(r))
        y = self.out_layer(h)
        return y
