# about: takes the number of hidden units first
# points: 1
# names: sizes swapped

class DeepNetReLU(nn.Module):
    def __init__(self, n_hidden, n_inputs):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
