# about: uses a second-order optimiser
# points: 2.5
# names: first step not plain gradient descent

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.LBFGS(net.parameters(), lr=learning_rate, max_iter=4)
    train_loss = []

    for epoch in range(n_epochs):
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(net(train_data), train_labels)
            loss.backward()
            return loss

        train_loss.append(optimizer.step(closure).item())

    return train_loss
