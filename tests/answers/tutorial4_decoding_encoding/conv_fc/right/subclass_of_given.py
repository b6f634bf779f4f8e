# about: inherits from ConvolutionalLayer
# points: 6

class ConvFC(ConvolutionalLayer):
    def __init__(self, n_neurons, c_in=1, c_out=6, K=7, b=12 * 16, filters=None):
        super().__init__(c_in, c_out, K, filters)
        self.dims = (c_out, b)
        self.out_layer = nn.Linear(c_out * b, n_neurons)
        nn.init.normal_(self.out_layer.weight, std=0.01)

    def forward(self, s):
        a = self.conv(s)
        return self.out_layer(a.flatten(1))
