# about: multiplies by the mask of positive units
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        a = self.in_layer(r)
        return self.out_layer(a * (a > 0))
