# expect: gd_loop 0, relu_forward 4, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    net.cuda()
    return None
