# about: rectifies with NumPy
# points: 0.5
# names: cut off from the gradient

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = np.maximum(self.in_layer(r), 0)
        return self.out_layer(h)
