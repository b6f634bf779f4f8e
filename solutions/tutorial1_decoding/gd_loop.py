def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    """Train a network by full-batch gradient descent.

    Parameters
    ----------
    net : nn.Module
        Network to train; it is changed in place.
    loss_fn : callable
        Loss of (output, target).
    train_data : torch.Tensor, shape (n_train, n_inputs)
        Inputs.
    train_labels : torch.Tensor, shape (n_train, 1)
        Targets.
    n_epochs : int
        Number of steps.
    learning_rate : float
        Step size.

    Returns
    -------
    list of float
        Loss before each update.
    """
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

        if (epoch + 1) % max(1, n_epochs // 5) == 0:
            print(f"iteration {epoch + 1}/{n_epochs} | loss: {train_loss[-1]:.3f}")

    return train_loss
