# about: loops over the rows instead of the epochs
# points: 1
# names: wrong number of epochs

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(len(train_data)):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
