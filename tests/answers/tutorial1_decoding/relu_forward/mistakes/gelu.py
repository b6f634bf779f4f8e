# about: the smooth rectifier of transformers
# points: 1.5
# names: another rectifier

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = F.gelu(self.in_layer(r))
        y = self.out_layer(h)
        return y
