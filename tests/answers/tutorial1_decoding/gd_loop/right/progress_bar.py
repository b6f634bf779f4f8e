# about: with tqdm's bar, and NumPy's float64 turned into Python's float
# points: 6

from tqdm.auto import tqdm


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    losses = np.zeros(n_epochs)
    bar = tqdm(range(n_epochs), desc="training")
    for epoch in bar:
        optimizer.zero_grad()
        loss = loss_fn(net(train_data), train_labels)
        loss.backward()
        optimizer.step()
        losses[epoch] = loss.item()
        bar.set_postfix(loss=losses[epoch])
    return losses.tolist()
