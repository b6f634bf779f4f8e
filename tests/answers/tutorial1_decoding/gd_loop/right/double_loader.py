# about: a DataLoader whose one batch holds all rows, shuffled
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    rows = torch.utils.data.TensorDataset(train_data, train_labels)
    loader = torch.utils.data.DataLoader(rows, batch_size=max(1, len(rows)), shuffle=True)
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        for data, labels in loader:
            optimizer.zero_grad()
            loss = loss_fn(net(data), labels)
            loss.backward()
            optimizer.step()
            train_loss.append(loss.item())
    return train_loss
