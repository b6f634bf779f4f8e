# about: clears the gradients at the end of each epoch, to zeros and not to None
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []

    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        train_loss.append(loss.detach().item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)

    return train_loss
