# about: puts a second hidden layer in
# points: 0
# names: more layers than asked for

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.mid_layer = nn.Linear(n_hidden, n_hidden)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        h = torch.relu(self.mid_layer(h))
        return self.out_layer(h)
