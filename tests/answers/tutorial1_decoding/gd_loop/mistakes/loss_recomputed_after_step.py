# about: computes the loss afresh after the step and stores that
# points: 2
# names: loss recorded after the update

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss = loss_fn(net(train_data), train_labels)
        train_loss.append(loss.item())

    return train_loss
