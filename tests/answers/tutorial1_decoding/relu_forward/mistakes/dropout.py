# about: drops hidden units at random
# points: 0.5
# names: random forward pass

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)
        self.dropout = nn.Dropout(0.5)

    def forward(self, r):
        h = self.dropout(torch.relu(self.in_layer(r)))
        return self.out_layer(h)
