# about: always 23,589 neurons
# points: 2
# varies: 1.5 to 2
# names: hard-coded

class ConvFC(nn.Module):
    def __init__(self, n_neurons, c_in=1, c_out=6, K=7, b=12 * 16, filters=None):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel_size=K, padding=K // 2, stride=1)
        self.dims = (c_out, b)
        self.out_layer = nn.Linear(c_out * b, 23589)
        nn.init.normal_(self.out_layer.weight, std=0.01)
        if filters is not None:
            self.conv.weight = nn.Parameter(filters.clone())
            self.conv.bias = nn.Parameter(torch.zeros(c_out))

    def forward(self, s):
        a = self.conv(s)
        return self.out_layer(a.flatten(1))
