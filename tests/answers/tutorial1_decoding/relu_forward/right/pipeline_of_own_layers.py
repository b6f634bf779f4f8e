# about: also strings the two layers together in an nn.Sequential
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.layers = nn.Sequential(self.in_layer, nn.ReLU(), self.out_layer)

    def forward(self, r):
        return self.layers(r)
