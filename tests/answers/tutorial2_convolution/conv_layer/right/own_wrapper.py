# about: writes a wrapper of its own with the same attribute
# points: 6

class MyLayer(nn.Module):
    def __init__(self, filters):
        super().__init__()
        c_out, c_in, K, _ = filters.shape
        self.conv = nn.Conv2d(c_in, c_out, K, padding="same")
        self.conv.weight = nn.Parameter(filters.clone())
        nn.init.zeros_(self.conv.bias)

    def forward(self, s):
        return self.conv(s)


def apply_conv_layer(stimuli, filters):
    layer = MyLayer(filters)
    return layer, layer(stimuli).detach()
