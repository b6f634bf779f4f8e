# about: stops when the loss no longer falls
# points: 3.5
# varies: 3.5 to 5.5
# names: wrong number of epochs

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
        if epoch > 0 and train_loss[-1] >= train_loss[-2]:
            break

    return train_loss
