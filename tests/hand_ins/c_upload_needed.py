# expect: gd_loop 0, person gd_loop, hint Colab
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
from google.colab import files

uploaded = files.upload()
rate = float(uploaded["rate.txt"])


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
