# about: computes the loss to keep once more, without gradients, before the update
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        with torch.no_grad():
            train_loss.append(loss_fn(net(train_data), train_labels).item())
        optimizer.zero_grad()
        loss_fn(net(train_data), train_labels).backward()
        optimizer.step()

    return train_loss
