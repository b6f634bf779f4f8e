# about: moves the line that stops the cell into the function
# points: 0
# names: not solved yet

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    raise NotImplementedError("Exercise: complete train")
