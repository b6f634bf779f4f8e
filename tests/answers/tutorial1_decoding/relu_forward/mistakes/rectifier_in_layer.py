# about: makes in_layer a sequence of a linear layer and the rectifier
# points: 0
# names: layers wrapped up

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.ReLU())
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        return self.out_layer(self.in_layer(r))
