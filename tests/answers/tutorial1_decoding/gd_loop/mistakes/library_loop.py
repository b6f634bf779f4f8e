# about: hands everything to the library's own training loop
# points: 0
# names: library's own training loop

import nmautils as nma


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    history = nma.fit(
        net, loss_fn, train_data, train_labels, n_iter=n_epochs, learning_rate=learning_rate,
        progress=False,
    )
    return [float(value) for value in history.train_loss]
