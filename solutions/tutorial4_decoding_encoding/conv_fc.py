class ConvFC(nn.Module):
    """A convolutional layer and a linear layer, from pictures to the responses of neurons.

    Parameters
    ----------
    n_neurons : int
        Number of neurons to predict.
    c_in, c_out : int
        Channels that go into the convolution and come out of it.
    K : int
        Side of the square kernels in pixels, odd.
    b : int
        Number of positions per channel: height times width of the pictures.
    filters : torch.Tensor, shape (c_out, c_in, K, K), optional
        Kernels to start from; without them the convolution keeps PyTorch's random start.
    """

    def __init__(self, n_neurons, c_in=1, c_out=6, K=7, b=12 * 16, filters=None):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, K, padding=K // 2, stride=1)
        self.dims = (c_out, b)
        self.out_layer = nn.Linear(c_out * b, n_neurons)
        nn.init.normal_(self.out_layer.weight, std=0.01)
        if filters is not None:
            self.conv.weight = nn.Parameter(filters.detach().clone())
            self.conv.bias = nn.Parameter(torch.zeros(c_out))

    def forward(self, s):
        """Predict responses.

        Parameters
        ----------
        s : torch.Tensor, shape (n_stimuli, c_in, height, width)
            Pictures.

        Returns
        -------
        torch.Tensor, shape (n_stimuli, n_neurons)
            Predicted responses.
        """
        a = self.conv(s)
        flat = a.flatten(start_dim=1)
        y = self.out_layer(flat)
        return y
