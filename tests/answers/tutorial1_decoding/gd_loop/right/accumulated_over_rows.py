# about: adds up the gradients of single rows before each update, on a mean loss
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        optimizer.zero_grad()
        with torch.no_grad():
            train_loss.append(loss_fn(net(train_data), train_labels).item())
        for row, label in zip(train_data, train_labels):
            (loss_fn(net(row[None]), label[None]) / len(train_data)).backward()
        optimizer.step()

    return train_loss
