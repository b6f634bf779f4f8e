# about: updates between the forward pass and backward
# points: 0
# names: parameters moved before backward()

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        train_loss.append(loss.item())

    return train_loss
