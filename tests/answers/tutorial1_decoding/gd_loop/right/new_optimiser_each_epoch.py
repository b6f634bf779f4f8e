# about: makes the optimiser afresh in every epoch, which plain SGD does not mind
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    train_loss = [0.0] * n_epochs
    for i, _ in enumerate(train_loss):
        optimizer = torch.optim.SGD(net.parameters(), learning_rate)
        optimizer.zero_grad()
        loss = loss_fn(net(train_data), train_labels)
        loss.backward()
        optimizer.step()
        train_loss[i] = loss.tolist()
    return train_loss
