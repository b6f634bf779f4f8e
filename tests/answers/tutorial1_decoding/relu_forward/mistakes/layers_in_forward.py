# about: makes the layers at each call
# points: 0
# names: layers created inside forward

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.n_inputs = n_inputs
        self.n_hidden = n_hidden

    def forward(self, r):
        in_layer = nn.Linear(self.n_inputs, self.n_hidden)
        out_layer = nn.Linear(self.n_hidden, 1)
        return out_layer(torch.relu(in_layer(r)))
