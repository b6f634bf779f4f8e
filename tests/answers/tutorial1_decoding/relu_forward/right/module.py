# about: nn.ReLU kept as an attribute
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.relu = nn.ReLU()

    def forward(self, r):
        return self.out_layer(self.relu(self.in_layer(r)))
