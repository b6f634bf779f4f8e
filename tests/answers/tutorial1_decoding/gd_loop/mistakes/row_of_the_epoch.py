# about: takes the row with the number of the epoch
# points: 0.5
# varies: 0 to 0.5
# names: mini-batches

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data[epoch])
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())

    return train_loss
