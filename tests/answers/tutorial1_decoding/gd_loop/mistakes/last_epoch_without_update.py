# about: skips the update of the last epoch
# points: 5
# names: one update too many or too few

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        if epoch < n_epochs - 1:
            optimizer.step()
        train_loss.append(loss.item())

    return train_loss
