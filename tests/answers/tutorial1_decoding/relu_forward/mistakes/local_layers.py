# about: forgets self when making the layers
# points: 0
# names: layers created inside forward

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        in_layer = nn.Linear(n_inputs, n_hidden)
        out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
