# about: chooses between the hidden unit and zero with torch.where
# points: 4

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        a = self.in_layer(r)
        h = torch.where(a > 0, a, torch.zeros_like(a))
        return self.out_layer(h)
