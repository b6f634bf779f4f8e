# about: other defaults in the signature
# points: 5.5
# names: wrong number of epochs

def train(net, loss_fn, train_data, train_labels, n_epochs=20, learning_rate=0.01):
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
