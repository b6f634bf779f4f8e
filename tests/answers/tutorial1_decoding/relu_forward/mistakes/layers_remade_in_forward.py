# about: makes the layers in __init__ and once more at each call
# points: 0.5
# names: no layer may be made there

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.sizes = n_inputs, n_hidden

    def forward(self, r):
        self.in_layer = nn.Linear(*self.sizes)
        self.out_layer = nn.Linear(self.sizes[1], 1)
        return self.out_layer(torch.relu(self.in_layer(r)))
