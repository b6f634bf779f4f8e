class DeepNetReLU(nn.Module):
    """One rectified hidden layer between the neurons and one output.

    Parameters
    ----------
    n_inputs : int
        Number of neurons.
    n_hidden : int
        Number of hidden units.
    """

    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        """Decode responses.

        Parameters
        ----------
        r : torch.Tensor, shape (n_stimuli, n_inputs) or (n_inputs,)
            Responses of the neurons.

        Returns
        -------
        torch.Tensor, shape (n_stimuli, 1) or (1,)
            Decoded orientation in degrees.
        """
        h = torch.relu(self.in_layer(r))
        y = self.out_layer(h)
        return y
