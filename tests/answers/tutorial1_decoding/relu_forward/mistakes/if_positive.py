# about: asks with an if whether the hidden layer is positive
# points: 0.5
# names: one decision for all hidden units

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = self.in_layer(r)
        if h < 0:
            h = 0 * h
        return self.out_layer(h)
