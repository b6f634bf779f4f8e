# about: hands a closure to the optimiser's step and keeps what that returns
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(net(train_data), train_labels)
            loss.backward()
            return loss

        train_loss.append(optimizer.step(closure).item())

    return train_loss
