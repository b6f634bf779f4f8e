# about: standardises the data once more
# points: 0.5
# varies: 0.5 to 1.5
# names: not the loss asked for

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_data = (train_data - train_data.mean(0)) / (train_data.std(0) + 1e-9)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
