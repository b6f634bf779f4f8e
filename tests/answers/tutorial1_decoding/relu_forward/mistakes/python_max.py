# about: Python's max instead of an elementwise one
# points: 0.5
# names: one decision for all hidden units

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = max(0, self.in_layer(r))
        return self.out_layer(h)
