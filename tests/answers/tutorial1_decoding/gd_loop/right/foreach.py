# about: one optimiser call for all parameters together
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate, foreach=True)
    train_loss = []

    for epoch in range(n_epochs):
        optimizer.zero_grad()
        loss = loss_fn(net(train_data), train_labels)
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
