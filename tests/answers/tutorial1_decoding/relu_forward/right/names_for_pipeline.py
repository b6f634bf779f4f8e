# about: makes an nn.Sequential first and names its layers afterwards
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 1))
        self.in_layer = self.layers[0]
        self.out_layer = self.layers[2]

    def forward(self, r):
        return self.layers(r)
