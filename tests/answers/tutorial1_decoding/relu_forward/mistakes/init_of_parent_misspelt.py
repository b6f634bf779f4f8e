# about: calls init of the parent without underscores
# points: 0
# names: parent not initialised

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().init()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
