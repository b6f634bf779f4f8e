# about: updates at the start of the epoch with the gradients of the last
# points: 5
# names: one update too many or too few

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        optimizer.step()
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        train_loss.append(loss.item())

    return train_loss
