# about: computes the loss once and retains its graph
# points: 0
# names: parameters moved before backward()

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    loss = loss_fn(net(train_data), train_labels)
    train_loss = []

    for epoch in range(n_epochs):
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
