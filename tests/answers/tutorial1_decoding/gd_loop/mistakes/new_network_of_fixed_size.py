# about: makes a network of the size that the recording has
# points: 0
# names: another network trained

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    net = DeepNet(20000, 10)
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
