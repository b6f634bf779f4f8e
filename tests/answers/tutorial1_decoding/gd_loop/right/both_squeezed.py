# about: drops the last dimension of output and labels alike; helpers with type hints
# points: 6

def _loss(net, loss_fn, data, labels) -> torch.Tensor:
    return loss_fn(net(data).squeeze(-1), labels.squeeze(-1))


def train(
    net: nn.Module,
    loss_fn,
    train_data: torch.Tensor,
    train_labels: torch.Tensor,
    n_epochs: int = 50,
    learning_rate: float = 1e-4,
) -> list[float]:
    """Train by gradient descent."""
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss: list[float] = []
    for _ in range(n_epochs):
        loss = _loss(net, loss_fn, train_data, train_labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
