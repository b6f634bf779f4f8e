# about: calls the layers fc1 and fc2
# points: 0
# names: layers named differently

class DeepNetReLU(nn.Module):
    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.fc1 = nn.Linear(n_inputs, n_hidden)
        self.fc2 = nn.Linear(n_hidden, 1)

    def forward(self, r):
        return self.fc2(torch.relu(self.fc1(r)))
