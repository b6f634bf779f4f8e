# about: normalises the hidden layer over the batch
# points: 0
# names: more layers than asked for

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.norm = nn.BatchNorm1d(n_hidden)

    def forward(self, r):
        return self.out_layer(torch.relu(self.norm(self.in_layer(r))))
